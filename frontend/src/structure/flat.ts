/** The painter for browsers without WebGL: shaded disks and sticks, far ones first. */

import { mix, type Theme } from "../theme";
import { ballRadius, type BallsAndSticks } from "./bonds";
import { colorOfElement } from "./elements";
import { STICK_RADIUS } from "./stage";
import { type Projected, projection, type View } from "./view";

interface Stroke {
  readonly depth: number;
  readonly paint: (canvas: CanvasRenderingContext2D) => void;
}

export function paintFlat(target: HTMLCanvasElement, model: BallsAndSticks, view: View, theme: Theme): void {
  const canvas = target.getContext("2d")!;
  canvas.clearRect(0, 0, target.width, target.height);
  canvas.lineCap = "round";
  const project = projection(model, view, target.width, target.height);
  const strokes: Stroke[] = [
    ...model.edges.map(([a, b]) => edge(project(a), project(b), theme.muted)),
    ...model.sticks.map(({ number, from, to }) => stick(project(from), project(to), colorOfElement(number))),
    ...model.atoms.map(({ number, position }) => ball(project(position), ballRadius(number), colorOfElement(number))),
  ];
  for (const { paint } of strokes.sort((a, b) => a.depth - b.depth)) paint(canvas);
}

function ball({ x, y, depth, scale }: Projected, radius: number, color: string): Stroke {
  return {
    depth,
    paint: (canvas) => {
      const r = radius * scale;
      const shade = canvas.createRadialGradient(x - 0.35 * r, y - 0.4 * r, 0.05 * r, x, y, r);
      shade.addColorStop(0, mix(color, "#ffffff", 0.75));
      shade.addColorStop(0.35, mix(color, "#ffffff", 0.12));
      shade.addColorStop(1, mix(color, "#000000", 0.42));
      canvas.fillStyle = shade;
      canvas.beginPath();
      canvas.arc(x, y, r, 0, 2 * Math.PI);
      canvas.fill();
    },
  };
}

function stick(from: Projected, to: Projected, color: string): Stroke {
  return {
    depth: (from.depth + to.depth) / 2,
    paint: (canvas) => {
      const width = 2 * STICK_RADIUS * from.scale;
      for (const [share, tone] of [[1, mix(color, "#000000", 0.32)], [0.55, mix(color, "#ffffff", 0.15)]] as const) {
        canvas.strokeStyle = tone;
        canvas.lineWidth = width * share;
        canvas.beginPath();
        canvas.moveTo(from.x, from.y);
        canvas.lineTo(to.x, to.y);
        canvas.stroke();
      }
    },
  };
}

function edge(from: Projected, to: Projected, color: string): Stroke {
  return {
    depth: Math.min(from.depth, to.depth),
    paint: (canvas) => {
      canvas.strokeStyle = color;
      canvas.lineWidth = Math.max(1, from.scale * 0.02);
      canvas.beginPath();
      canvas.moveTo(from.x, from.y);
      canvas.lineTo(to.x, to.y);
      canvas.stroke();
    },
  };
}
