import type { WebGLRenderer } from "three";
import { expect, test } from "vitest";
import { Graphics } from "../src/graphics";

/** A renderer that writes down what it is told. */
function recording(most = 4096) {
  const domElement = { width: 300, height: 150 };
  const told: string[] = [];
  const renderer = {
    domElement,
    capabilities: { maxTextureSize: most },
    setSize: (width: number, height: number) => { told.push(`size ${width} ${height}`); [domElement.width, domElement.height] = [width, height]; },
    setViewport: (...box: number[]) => told.push(`viewport ${box.join(" ")}`),
    setScissor: () => undefined, setScissorTest: () => undefined, setRenderTarget: () => undefined,
  };
  return { renderer: renderer as unknown as WebGLRenderer, told };
}

function goalOf(width: number, height: number) {
  const copied: number[][] = [];
  const goal = { canvas: { width, height }, drawImage: (_: unknown, ...numbers: number[]) => copied.push(numbers) };
  return { goal: goal as unknown as CanvasRenderingContext2D, copied };
}

test("a map and viewers drawn in turn make the shared canvas once", () => {
  const { renderer, told } = recording();
  const graphics = new Graphics(renderer, false);
  const pictures = [[1100, 700], [400, 300], [1100, 300], [90, 690]] as const;
  for (let frame = 0; frame < 3; frame++) for (const [width, height] of pictures) graphics.drawInto(goalOf(width, height).goal, () => undefined);
  expect(told.filter((one) => one.startsWith("size"))).toEqual(["size 1152 768"]);
});

test("each picture is drawn into the corner that is copied", () => {
  const { renderer, told } = recording();
  const graphics = new Graphics(renderer, false);
  graphics.drawInto(goalOf(512, 512).goal, () => undefined);
  const { goal, copied } = goalOf(200, 100);
  graphics.drawInto(goal, () => told.push("drawn"));
  expect(told.slice(-2)).toEqual(["viewport 0 0 200 100", "drawn"]);
  expect(copied).toEqual([[0, 412, 200, 100, 0, 0, 200, 100]]);
});

test("the canvas grows no further than the card allows", () => {
  const { renderer, told } = recording(1000);
  new Graphics(renderer, false).drawInto(goalOf(990, 200).goal, () => undefined);
  expect(told[0]).toBe("size 1000 256");
});
