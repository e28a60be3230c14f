/** What the explorer asks of its structure panel, and gives to it. */

import type { ComponentChild } from "preact";
import type { Scene } from "./scene";

export type BackgroundStyle = "ball-stick" | "licorice" | "cartoon" | "hide";
export type BackgroundColor = "grey" | "CPK" | "property";
export type Transform = "linear" | "log" | "sqrt" | "inverse";

export interface Point3 {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** Chemiscope's words for a camera; `eye` and `up` are seen from `center`. */
export interface CameraSettings {
  readonly eye: Point3;
  readonly center: Point3;
  readonly up: Point3;
  readonly zoom: number;
}

/** How one viewer shows its structure: chemiscope's settings and, below, our own. */
export interface StructureSettings {
  readonly bonds: boolean;
  readonly atoms: boolean;
  readonly spaceFilling: boolean;
  readonly atomLabels: boolean;
  /** "element", "index", or the name of an atom property. */
  readonly labelsProperty: string;
  /** Names of shapes, joined by commas as in chemiscope's files. */
  readonly shape: string;
  readonly unitCell: boolean;
  readonly rotation: boolean;
  readonly cartoon: boolean;
  readonly supercell: readonly [number, number, number];
  readonly axes: "off" | "xyz" | "abc";
  readonly keepOrientation: boolean;
  /** Milliseconds. */
  readonly playbackDelay: number;
  readonly camera: CameraSettings | null;
  readonly environments: {
    readonly activated: boolean;
    readonly center: boolean;
    /** Å; null takes what the environment says. */
    readonly cutoff: number | null;
    readonly bgStyle: BackgroundStyle;
    readonly bgColor: BackgroundColor;
  };
  readonly color: {
    /** "element" or the name of an atom property. */
    readonly property: string;
    readonly transform: Transform;
    readonly min: number | null;
    readonly max: number | null;
    readonly palette: string;
    readonly reverse: boolean;
  };
  readonly perspective: boolean;
  readonly polyhedra: boolean;
  /** Symbols of the elements that polyhedra stand around, such as `Ti Zr`; empty for all that fit. */
  readonly polyhedraElements: string;
  /** Names of properties of three components that are drawn as arrows, joined by commas. */
  readonly vectors: string;
}

export interface StructureViewProps {
  readonly scene: Scene;
  /** Index of the structure; it changes while structures are played, and the view should only move its atoms then. */
  readonly structure: number;
  /** Place of the chosen atom within the structure, where points are atoms; its environment is shown around it. */
  readonly atom: number | null;
  readonly settings: StructureSettings;
  /** Changes of settings that the viewer itself offers: its menu, its camera when it is let go. */
  readonly onSettings: (change: Partial<StructureSettings>) => void;
  /** A click on an atom, by its place within the structure. */
  readonly onSelectAtom: (atom: number) => void;
  /** An atom under the pointer, or none. */
  readonly onHoverAtom?: (atom: number | null) => void;
  /** What to call it for those who do not see it, and what its files are called: `methane, viewer 2`. */
  readonly name: string;
  /** Structures are being played one after the other: no animation of the camera, least work. */
  readonly playing?: boolean;
}

/**
 * The structure panel is `StructureView` of structure/panel.tsx. It fills the element it stands in
 * (which may be resized at any time), brings its own menu and downloads, and keeps no state of its
 * own that a saved view would miss.
 */
export type StructureView = (props: StructureViewProps) => ComponentChild;

/**
 * Paints a small picture of a structure for the map's hover card: `paintPreview` of
 * structure/preview.ts. Chosen atoms get a halo.
 */
export type PaintPreview = (canvas: HTMLCanvasElement, scene: Scene, structure: number, atom: number | null) => Promise<void>;
