/**
 * The size of a value as JSON, in bytes, without the text itself: a text of half a gigabyte cannot be made at all.
 *
 * @param most Measuring stops beyond this size.
 */
export function jsonSize(value: unknown, most: number): number {
  let size = 0;
  const measure = (part: unknown): void => {
    if (size > most) return;
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

/** What cannot be written as JSON is null in a list, where alone it is measured. */
const sizeOf = (leaf: unknown): number => Buffer.byteLength(JSON.stringify(leaf) ?? 'null');
