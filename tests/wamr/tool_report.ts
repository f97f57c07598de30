import { ArenulaError } from "../../src/errors";
import { toolVersion } from "../../src/firmware/tools";
import { findWamr } from "../../src/firmware/wamr";

const TOOLS = ["qemu-system-arm", "qemu-system-riscv32", "arm-none-eabi-gcc", "riscv64-unknown-elf-gcc", "llvm-config-19", "cmake", "ninja", "gcc", "g++"];

/** What the suite runs with, one line each, and what is missing, with what to install. */
export async function toolReport(): Promise<{ found: string[]; absent: string[] }> {
  const found: string[] = [], absent: string[] = [];
  const look = async (find: () => string | Promise<string>) => {
    try {
      found.push(await find());
    } catch (error) {
      if (!(error instanceof ArenulaError)) throw error;
      absent.push(`${error.message}${error.hint ? ` (${error.hint})` : ""}`);
    }
  };
  for (const tool of TOOLS) await look(() => toolVersion(tool));
  await look(async () => {
    const { root, version, from } = await findWamr();
    return `WAMR ${version} from ${from}: ${root}`;
  });
  return { found, absent };
}
