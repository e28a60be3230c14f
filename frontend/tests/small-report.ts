/** A report that is just large enough for tests. */

type Array_ = Float32Array | Float64Array | Int32Array | Uint8Array;

function column(dtype: string, values: Array_, shape: number[] = [values.length]) {
  return { dtype, shape, base64: Buffer.from(values.buffer).toString("base64") };
}

const finished = (n_train: number, repeat: number, mae: number) => ({
  id: `soap-${n_train}-${repeat}`,
  model: "soap",
  target: "energy",
  n_train,
  repeat,
  scores: { mae, rmse: 1.3 * mae, max_error: 5 * mae, r2: 0.9 } as Record<string, number> | null,
  seconds: { represent: 1, fit: 2, predict: 3 } as Record<string, number> | null,
  seconds_per_structure: 0.01 as number | null,
  chosen: { length: 2 } as Record<string, number>,
  warnings: [] as string[],
  state: "finished",
  error: null as string | null,
});

const failed = (model: string, n_train: number) => ({
  ...finished(n_train, 1, 0), model, scores: null, seconds: null, seconds_per_structure: null, chosen: {},
  state: "failed", error: "out of memory",
});

export function smallReport() {
  return {
    format: "atomarium-report",
    version: 1,
    study: { name: "small", description: "", status: "finished", created: "2026-01-02T03:04:05Z", command: "", toml: "a = 1" },
    dataset: {
      name: "two", source: "", license: "", citation: "", sha256: "", n_structures: 2, n_atoms: [1, 1, 2],
      elements: ["He", "Na", "Cl"], findings: [],
    },
    targets: ["energy", "gap"].map((name) => ({ name, unit: "eV", per: "structure", extensive: false, description: "", mean: null, std: 1 })),
    models: [
      { name: "soap", representation: { kind: "soap" }, model: { kind: "krr" }, baseline: "" },
      { name: "broken", representation: null, model: { kind: "krr" }, baseline: "" },
    ],
    trials: [finished(10, 0, 0.4), finished(10, 1, 0.6), finished(20, 0, 0.2), failed("soap", 20), failed("broken", 10)],
    predictions: [
      {
        model: "soap", target: "energy", n_train: 20, repeat: 0,
        structures: column("<i4", Int32Array.from([0, 1, 1])),
        reference: column("<f8", Float64Array.from([1, 2, NaN])),
        prediction: column("<f8", Float64Array.from([1.5, 1, 3])),
      },
    ],
    structures: {
      ids: ["a", "b"],
      formulas: ["He", "ClNa"],
      numbers: column("|u1", Uint8Array.from([2, 11, 17])),
      positions: column("<f4", Float32Array.from([0, 0, 0, 0, 0, 0, 2, 2, 2]), [3, 3]),
      cells: column("<f4", Float32Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 4]), [2, 3, 3]),
      periodic: column("|u1", Uint8Array.from([0, 0, 0, 1, 1, 1]), [2, 3]),
      offsets: column("<i4", Int32Array.from([0, 1, 3])),
    },
    machine: {},
    versions: {},
    cite: [] as string[],
  };
}
