// Pictures and bars for a terminal, with colours and without.

/** Rows of grey values, 0 (dark) to 1 (light). */
export type Picture = readonly (readonly number[])[];

const SHADES = [" ", "░", "▒", "▓", "█"];

export class Screen {
  constructor(readonly colour: boolean) {}

  bold = (text: string): string => this.style("1", text);
  dim = (text: string): string => this.style("2", text);
  good = (text: string): string => this.style("32", text);
  bad = (text: string): string => this.style("31", text);

  /** One line per row, two columns per pixel. */
  large(picture: Picture): string[] {
    return picture.map((row) => row.map((value) => (this.colour ? `\x1b[48;5;${grey(value)}m  ` : shade(value).repeat(2))).join("") + this.reset());
  }

  /** One line per two rows, one column per pixel. */
  small(picture: Picture): string[] {
    const lines: string[] = [];
    for (let y = 0; y < picture.length; y += 2) {
      const below = picture[y + 1] ?? picture[y]!.map(() => 0);
      lines.push(picture[y]!.map((upper, x) => {
        const lower = below[x]!;
        if (this.colour) return `\x1b[38;5;${grey(upper)};48;5;${grey(lower)}m▀`;
        return upper > 0.5 ? (lower > 0.5 ? "█" : "▀") : lower > 0.5 ? "▄" : " ";
      }).join("") + this.reset());
    }
    return lines;
  }

  /** As `small`, for pictures that live by their tones: without colours, the mean of two rows as a shade. */
  tones(picture: Picture): string[] {
    if (this.colour) return this.small(picture);
    return picture.flatMap((row, y) => (y % 2 ? [] : [row.map((value, x) => shade((value + (picture[y + 1]?.[x] ?? value)) / 2)).join("")]));
  }

  /** A bar of `width` columns at most, in eighths of a column, and a space; "" for an empty one. */
  bar(fraction: number, width: number): string {
    const eighths = Math.round(fraction * width * 8);
    return eighths === 0 ? "" : `${"█".repeat(eighths >> 3)}${["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths & 7]} `;
  }

  private style(code: string, text: string): string {
    return this.colour ? `\x1b[${code}m${text}\x1b[0m` : text;
  }

  private reset(): string {
    return this.colour ? "\x1b[0m" : "";
  }
}

/** The 24 greys of the 256-colour palette. */
function grey(value: number): number {
  return 232 + Math.round(clamp(value) * 23);
}

function shade(value: number): string {
  return SHADES[Math.round(clamp(value) * (SHADES.length - 1))]!;
}

function clamp(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
