export const FILE_FORMATS = ["bin", "npy", "npz", "png", "jpg", "jpeg", "wav", "json"] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

/** The format that a file's name announces, or null. */
export function formatOf(path: string): FileFormat | null {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1].toLowerCase();
  return FILE_FORMATS.find((format) => format === extension) ?? null;
}
