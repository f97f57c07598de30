// What the runner of conformance cases takes of node:path, in a browser. Paths are absolute and have "/".
const join = (...parts: string[]): string => {
  const joined: string[] = [];
  for (const part of parts.join("/").split("/")) {
    if (part === "..") joined.pop();
    else if (part !== "" && part !== ".") joined.push(part);
  }
  return `/${joined.join("/")}`;
};
const dirname = (file: string): string => file.slice(0, Math.max(1, file.lastIndexOf("/")));
const basename = (file: string): string => file.slice(file.lastIndexOf("/") + 1);
const relative = (folder: string, file: string): string => file.slice(folder.length + 1);

export default { join, dirname, basename, relative };
