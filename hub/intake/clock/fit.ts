import { medianOf } from "./median.ts";

/** y ≈ y0 + (x - x0) · slope, with what is needed to say how far off it may be. */
export interface Line {
  readonly x0: number;
  readonly y0: number;
  readonly slope: number;
  /** Standard deviation of the points about the line. */
  readonly spread: number;
  /** Points that were not outliers. */
  readonly count: number;
  /** Sum of squared distances of their x from x0, which is their mean. */
  readonly leverage: number;
}

export const valueAt = (line: Line, x: number): number => line.y0 + (x - line.x0) * line.slope;
export const inverseAt = (line: Line, y: number): number => line.x0 + (y - line.y0) / line.slope;

/** Standard error of the line's value at `x` (Draper and Smith, Applied Regression Analysis, 1.4). */
export function errorAt(line: Line, x: number): number {
  const distance = x - line.x0;
  return line.spread * Math.sqrt(1 / line.count + (distance * distance) / line.leverage);
}

/** Quartz is specified to ±40 ppm against true time; two of them, cold and old, stay within this. */
const MOST_SKEW = 200e-6;
/** Residuals below this are quantisation of µs clocks, never outliers. */
const LEAST_OUTLIER = 8;
/** Median absolute deviation to standard deviation of a normal distribution. */
const MAD_TO_SIGMA = 1.4826;

/**
 * Robust straight lines through clock readings: slope as the median over pairs half the points apart (Theil's
 * incomplete method), points further than 4 σ (by MAD) from it left out, least squares through the rest.
 * Scratch space is kept, so that a fit allocates only its result.
 */
export class LineFitter {
  private readonly dx: Float64Array;
  private readonly dy: Float64Array;
  private readonly scratch: Float64Array;

  constructor(capacity: number) {
    this.dx = new Float64Array(capacity);
    this.dy = new Float64Array(capacity);
    this.scratch = new Float64Array(capacity);
  }

  /**
   * Points in any order, of which the first `count` hold. Undefined with fewer than three points, without extent
   * in x, or when the slope is no clock's (1 ± 200 ppm).
   */
  fit(xs: Float64Array, ys: Float64Array, count: number): Line | undefined {
    if (count < 3) return undefined;
    const baseX = xs[0] ?? 0;
    const baseY = ys[0] ?? 0;
    // y - x instead of y: a slope near 1 would cost digits.
    for (let i = 0; i < count; i++) {
      this.dx[i] = (xs[i] ?? 0) - baseX;
      this.dy[i] = (ys[i] ?? 0) - baseY - (this.dx[i] ?? 0);
    }
    const skew = this.pairSlope(count);
    if (skew === undefined || Math.abs(skew) > MOST_SKEW) return undefined;
    const limit = this.outlierLimit(count, skew);
    return this.leastSquares(count, { skew, ...limit }, { baseX, baseY });
  }

  private pairSlope(count: number): number | undefined {
    const half = count >> 1;
    let pairs = 0;
    for (let i = 0; i + half < count; i++) {
      const extent = (this.dx[i + half] ?? 0) - (this.dx[i] ?? 0);
      if (extent !== 0) this.scratch[pairs++] = ((this.dy[i + half] ?? 0) - (this.dy[i] ?? 0)) / extent;
    }
    return pairs === 0 ? undefined : medianOf(this.scratch, pairs);
  }

  private outlierLimit(count: number, skew: number): { middle: number; limit: number } {
    for (let i = 0; i < count; i++) this.scratch[i] = (this.dy[i] ?? 0) - skew * (this.dx[i] ?? 0);
    const middle = medianOf(this.scratch, count);
    for (let i = 0; i < count; i++) {
      this.scratch[i] = Math.abs((this.dy[i] ?? 0) - skew * (this.dx[i] ?? 0) - middle);
    }
    return { middle, limit: Math.max(LEAST_OUTLIER, 4 * MAD_TO_SIGMA * medianOf(this.scratch, count)) };
  }

  private leastSquares(
    count: number,
    pairs: { skew: number; middle: number; limit: number },
    base: { baseX: number; baseY: number },
  ): Line | undefined {
    let n = 0;
    let sumX = 0;
    let sumY = 0;
    const kept = this.scratch;
    for (let i = 0; i < count; i++) {
      const x = this.dx[i] ?? 0;
      const y = this.dy[i] ?? 0;
      kept[i] = Math.abs(y - pairs.skew * x - pairs.middle) <= pairs.limit ? 1 : 0;
      if (kept[i] === 0) continue;
      n += 1;
      sumX += x;
      sumY += y;
    }
    if (n < 3) return undefined;
    const meanX = sumX / n;
    const meanY = sumY / n;
    const { sxx, sxy, syy } = this.moments(count, meanX, meanY);
    if (sxx === 0) return undefined;
    const skew = sxy / sxx;
    if (Math.abs(skew) > MOST_SKEW) return undefined;
    const spread = Math.sqrt(Math.max(0, syy - skew * sxy) / (n - 2));
    const { baseX, baseY } = base;
    return { x0: baseX + meanX, y0: baseY + meanX + meanY, slope: 1 + skew, spread, count: n, leverage: sxx };
  }

  private moments(count: number, meanX: number, meanY: number): { sxx: number; sxy: number; syy: number } {
    let sxx = 0;
    let sxy = 0;
    let syy = 0;
    for (let i = 0; i < count; i++) {
      if (this.scratch[i] === 0) continue;
      const x = (this.dx[i] ?? 0) - meanX;
      const y = (this.dy[i] ?? 0) - meanY;
      sxx += x * x;
      sxy += x * y;
      syy += y * y;
    }
    return { sxx, sxy, syy };
  }
}
