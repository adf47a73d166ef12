import { useMemo } from 'react';
import { useQuery } from 'urql';
import { nameModels } from '../graph/documents.gen.ts';

/** Maximum number of ids of one query. */
const MAX_IDS = 100;

/** The names of models by id; undefined until they are loaded. Deleted models have none. */
export function useModelNames(ids: readonly string[]): ReadonlyMap<string, string> | undefined {
  const distinct = [...new Set(ids)].toSorted().slice(0, MAX_IDS);
  const [{ data }] = useQuery({
    query: nameModels,
    variables: { ids: distinct },
    pause: distinct.length === 0,
    requestPolicy: 'cache-first',
  });
  return useMemo(() => {
    if (!data && distinct.length > 0) return undefined;
    const names = new Map<string, string>();
    for (const node of data?.nodes ?? []) if (node?.__typename === 'Model') names.set(node.id, node.displayName);
    return names;
  }, [data, distinct.length]);
}
