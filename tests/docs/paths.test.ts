// What the pages point at exists: links, and paths of the repository named in the text.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const PAGES = ["README.md", ...readdirSync("docs", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)].filter(existsSync);

const paths = suite("docs");

for (const page of PAGES) {
  const text = readFileSync(page, "utf8").replace(/^```[^]*?^```/gm, ""); // code is run or typed, not linked

  paths(`${page}: links lead somewhere`, () => {
    const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)|(?:src|srcset)="([^"]+)"/g)].map((match) => match[1] ?? match[2]!).filter((link) => !/^https?:/.test(link));
    assert.equal(links.filter((link) => !existsSync(path.join(path.dirname(page), link))), []);
  });

  paths(`${page}: files named in the text exist`, () => {
    const named = [...text.matchAll(/(?<![\w./-])(?:src|assembly|tests|scripts|models|boards|examples|docs|bench)\/[\w./-]*\w\/?/g)].map(([name]) => name);
    assert.equal([...new Set(named)].filter((name) => !existsSync(name) && !/maximum/.test(name)), []); // the example of docs/architecture.md
  });

  paths(`${page}: functions are in the files named beside them`, () => {
    const places = [...text.matchAll(/((?:`[\w.]+`, )+)(?:all in )?((?:src|assembly|tests|scripts)\/[\w./-]*\w)/g)];
    const missing = places.flatMap(([, names, file]) => {
      const source = readFileSync(file!, "utf8");
      return [...names!.matchAll(/`(?:\w+\.)?(\w+)`/g)].map(([, name]) => name!).filter((name) => !new RegExp(`\\b${name}\\b`).test(source)).map((name) => `${name} in ${file}`);
    });
    assert.equal(missing, []);
  });
}

paths.run();
