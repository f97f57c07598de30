/** Files that the bundler embeds as bytes. */
declare module "*.wasm" {
  const bytes: Uint8Array;
  export default bytes;
}
