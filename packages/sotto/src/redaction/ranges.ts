/**
 * Byte ranges to be masked: a flat list `[start, end, start, end, …]`, sorted, with a gap between
 * any two. Ranges that overlap or touch are one range, so that one mask stands for them and their
 * number and lengths do not show.
 */
export type Ranges = number[]

/** Adds a range whose end is not before any end in the list. Amortised constant time. */
export function appendRange(ranges: Ranges, start: number, end: number): void {
  let low = start
  let high = end
  while (ranges.length > 0) {
    const lastEnd = ranges.at(-1) ?? 0
    const lastStart = ranges.at(-2) ?? 0
    if (lastEnd < low) break
    low = Math.min(low, lastStart)
    high = Math.max(high, lastEnd)
    ranges.length -= 2
  }
  ranges.push(low, high)
}

/** The union of two lists. */
export function mergeRanges(left: Ranges, right: Ranges): Ranges {
  if (left.length === 0) return right
  if (right.length === 0) return left
  const merged: Ranges = []
  let l = 0
  let r = 0
  while (l < left.length || r < right.length) {
    const leftStart = left[l] ?? Infinity
    const rightStart = right[r] ?? Infinity
    const takesLeft = leftStart <= rightStart
    const start = takesLeft ? leftStart : rightStart
    const end = (takesLeft ? left[l + 1] : right[r + 1]) ?? start
    if (takesLeft) l += 2
    else r += 2
    const lastEnd = merged.at(-1)
    if (lastEnd !== undefined && start <= lastEnd) merged[merged.length - 1] = Math.max(lastEnd, end)
    else merged.push(start, end)
  }
  return merged
}
