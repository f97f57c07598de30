// build/boards.json is written by scripts/build.mjs; without this a type check would need a build first.
declare module "*/build/boards.json" {
  const boards: unknown[];
  export default boards;
}
