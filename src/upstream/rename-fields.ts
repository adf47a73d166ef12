import type { FieldNames } from '../contract/contract.ts';
import { isRecord } from '../util/json.ts';

/** Copies a request body with the names that the upstream uses. Fields without another name remain unchanged. */
export function renameFields(value: unknown, names: FieldNames): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => {
      const found = Object.hasOwn(names, field) ? names[field] : undefined;
      return [found?.name ?? field, found?.fields ? renameFields(inner, found.fields) : inner];
    }),
  );
}
