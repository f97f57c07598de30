/** Files that the bundler embeds as bytes. */
declare module "*.wasm" {
  const bytes: Uint8Array;
  export default bytes;
}

/** Style sheets that the bundler embeds as text. */
declare module "*.css" {
  const text: string;
  export default text;
}
