/**
 * Size of a value as JSON, in bytes, computed without serializing it: a string of half a gigabyte cannot be created.
 *
 * @param max Measuring stops above this size.
 */
export function jsonSize(value: unknown, max: number): number {
  let size = 0;
  const measure = (part: unknown): void => {
    if (size > max) return;
    if (Array.isArray(part)) {
      size += 2 + Math.max(0, part.length - 1);
      for (const item of part) measure(item);
    } else if (typeof part === 'object' && part !== null && !('toJSON' in part)) {
      let members = 0;
      for (const [key, member] of Object.entries(part)) {
        if (member === undefined) continue;
        members++;
        size += sizeOf(key) + 1;
        measure(member);
      }
      size += 2 + Math.max(0, members - 1);
    } else size += sizeOf(part);
  };
  measure(value);
  return size;
}

/** Size of a scalar. A list item without a JSON form is written as null; such object members are skipped. */
const sizeOf = (leaf: unknown): number => Buffer.byteLength(JSON.stringify(leaf) ?? 'null');
