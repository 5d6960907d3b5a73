#!/usr/bin/env node
// Checks that the search of the generated documentation finds items by their C names.
//
//   .ci/doc-search.js DOC < NAMES
//
// DOC is the folder that `cargo doc` has written. Each line of NAMES contains a query and a path,
// such as "inotify_init1 butter::inotify::Inotify"; empty lines and lines that begin with # are
// ignored. The script also searches for all functions whose summary begins with a C call, including
// all functions of modules `raw`. The query for such a function is the name of the C call, the
// command of `fcntl` or `ioctl`, or the operation of `seccomp`.
//
// rustdoc's search code runs each query on the index that rustdoc has generated. One of the first
// 20 results of a query must be the item with the expected path.
//
// Exit status: 0 if all items are found, 1 if not, 2 if the arguments are invalid.

"use strict";

const fs = require("fs");
const path = require("path");

// The search code calls `nonnull`, which is defined by a script of rustdoc that requires a browser.
globalThis.nonnull = value => value;

async function main() {
    const doc = process.argv[2];
    if (process.argv.length !== 3 || doc.startsWith("-")) {
        console.error("Usage: .ci/doc-search.js DOC < NAMES");
        return 2;
    }
    const files = path.join(doc, "static.files");
    const script = prefix => {
        const pattern = new RegExp(`^${prefix}-[^-]*\\.js$`);
        const name = fs.readdirSync(files).find(file => pattern.test(file));
        return require(path.resolve(files, name));
    };
    const { Stringdex, RoaringBitmap } = script("stringdex");
    const { initSearch } = script("search");
    const { docSearch, DocSearch } = await initSearch(Stringdex, RoaringBitmap, loader(doc));

    const lines = fs.readFileSync(0, "utf8").split("\n");
    const rows = lines.filter(line => /^[^#]/.test(line)).map(line => line.split(" "));
    const calls = [...callFunctions(path.join(doc, "butter"), "butter")];
    let missing = calls.length === 0 ? 1 : 0;
    for (const [query, wanted] of [...rows, ...calls]) {
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
            const results = paths.slice(0, 5).join(", ") || "nothing";
            console.error(`${query} does not find ${wanted}, but: ${results}`);
        }
    }
    console.log(`${rows.length} names and ${calls.length} calls, ${missing} not found`);
    return missing === 0 ? 0 : 1;
}

// Yields a query and the path of each function whose summary begins with a C call.
function* callFunctions(folder, module) {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
        const file = path.join(folder, entry.name);
        const name = /^fn\.(.*)\.html$/.exec(entry.name)?.[1];
        if (entry.isDirectory()) {
            yield* callFunctions(file, `${module}::${entry.name}`);
        } else if (name) {
            const html = fs.readFileSync(file, "utf8");
            // The pages of private modules are redirections.
            if (html.includes('http-equiv="refresh"')) {
                continue;
            }
            const [, summary] = /class="docblock"><p>(.*)/.exec(html) ?? [];
            const call =
                /^<code>(?:(?:fcntl|ioctl)\(\w+, (\w+)|seccomp\((\w+)|(\w+)\()/.exec(summary);
            if (call) {
                yield [call[1] ?? call[2] ?? call[3], `${module}::${name}`];
            } else if (path.basename(folder) === "raw") {
                yield ["(no C call in the summary)", `${module}::${name}`];
            }
        }
    }
}

// The search code requests parts of the index by name. The script of each part calls a callback
// with the data of the part.
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
