#!/usr/bin/env node
// Checks that the generated documentation is found by the C names that readers search for.
//
//   .ci/doc-search.js DOC < NAMES
//
// DOC is the folder that `cargo doc` has written. NAMES has lines of a query and a path:
// "inotify_init1 butter::inotify::Inotify". Each query is answered by rustdoc's own search code from
// the index that it has generated; one of the first 20 results must be the item of that path.
//
// Exit status: 0 if everything is found, 1 if not, 2 if the arguments are wrong.

"use strict";

const fs = require("fs");
const path = require("path");

// The search code expects this function of another script of rustdoc's, which needs a browser.
globalThis.nonnull = value => value;

async function main() {
    const doc = process.argv[2];
    if (process.argv.length !== 3 || doc.startsWith("-")) {
        console.error("Usage: .ci/doc-search.js DOC < NAMES");
        return 2;
    }
    const files = path.join(doc, "static.files");
    const script = prefix => {
        const name = fs.readdirSync(files).find(file => new RegExp(`^${prefix}-[^-]*\\.js$`).test(file));
        return require(path.resolve(files, name));
    };
    const { Stringdex, RoaringBitmap } = script("stringdex");
    const { initSearch } = script("search");
    const { docSearch, DocSearch } = await initSearch(Stringdex, RoaringBitmap, loader(doc));

    const rows = fs.readFileSync(0, "utf8").split("\n").filter(line => line !== "");
    let missing = 0;
    for (const row of rows) {
        const [query, wanted] = row.split(" ");
        const found = await docSearch.execQuery(DocSearch.parseQuery(query), null, null);
        const paths = [];
        for await (const result of found.others) {
            paths.push(result.displayPath.replace(/<[^>]*>/g, "") + result.item.name);
            if (paths.length === 20) {
                break;
            }
        }
        if (!paths.includes(wanted)) {
            missing += 1;
            console.error(`${query} does not find ${wanted}, but: ${paths.slice(0, 5).join(", ") || "nothing"}`);
        }
    }
    console.log(`${rows.length} searches, ${missing} without their item`);
    return missing === 0 ? 0 : 1;
}

// The search code asks for parts of the index by name, and the parts call back with their data.
function loader(doc) {
    const run = file => {
        const source = fs.readFileSync(path.join(doc, "search.index", file), "utf8");
        new Function(...Object.keys(callbacks), source)(...Object.values(callbacks));
    };
    let callbacks;
    return {
        loadRoot: given => {
            callbacks = given;
            run("root.js");
        },
        loadTreeByHash: hash => run(`${hash}.js`),
        loadDataByNameAndHash: (name, hash) => run(path.join(name, `${hash}.js`)),
    };
}

main().then(status => process.exit(status), error => {
    console.error(error);
    process.exit(1);
});
