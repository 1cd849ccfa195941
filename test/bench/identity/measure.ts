/** How well clusters agree with classes; all figures 0-1. */
export interface Agreement {
  readonly homogeneity: number;
  readonly completeness: number;
  /** Their harmonic mean. */
  readonly v: number;
  readonly clusters: number;
}

/** V-measure (A. Rosenberg and J. Hirschberg, 2007), each frame counted once. */
export function agreement(classes: readonly string[], clusters: readonly (string | number)[]): Agreement {
  const joint = entropy(classes.map((name, i) => `${name} ${clusters[i]}`));
  const ofClasses = entropy(classes);
  const ofClusters = entropy(clusters);
  const homogeneity = ofClasses === 0 ? 1 : 1 - (joint - ofClusters) / ofClasses;
  const completeness = ofClusters === 0 ? 1 : 1 - (joint - ofClasses) / ofClusters;
  const v = (2 * homogeneity * completeness) / (homogeneity + completeness);
  return { homogeneity, completeness, v, clusters: new Set(clusters).size };
}

function entropy(labels: readonly (string | number)[]): number {
  const counts = new Map<string | number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  let sum = 0;
  for (const count of counts.values()) sum -= (count / labels.length) * Math.log(count / labels.length);
  return sum;
}
