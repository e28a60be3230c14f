/** What a chart is told about the surface that it is drawn on. */

import { createContext } from "preact";
import { LIGHT, type Theme } from "../theme";

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
  /** Size of the numbers on the axes in pixels; everything else follows from it. */
  readonly font: number;
  /** Drawn for a file: nothing that only a pointer brings up, points as shapes. */
  readonly paper: boolean;
}

export const ThemeContext = createContext<Theme>(LIGHT);

/** About how wide a text is, where it cannot be measured. */
export function textWidth(text: string, font: number): number {
  return text.length * font * 0.56;
}
