import { useState } from 'react';
import { useQuery } from 'urql';
import { type ListModelsQuery, listModels } from '../graph/documents.gen.ts';

export type ListedModel = NonNullable<ListModelsQuery['models']['edges'][number]['node']>;

/** Number of models of a page. */
const PAGE = 12;

/** The models of the key, page by page. @param nameContains Part of their names; '' for all models. */
export function useModels(nameContains = '') {
  const [page, setPage] = useState<{ after: string | undefined; nameContains: string }>();
  // Another search starts at its first page.
  const after = page?.nameContains === nameContains ? page.after : undefined;
  const [{ data, fetching, error, stale }, reload] = useQuery({
    query: listModels,
    variables: { first: PAGE, ...(nameContains && { nameContains }), ...(after !== undefined && { after }) },
  });
  const { hasNextPage = false, endCursor } = data?.models.pageInfo ?? {};
  return {
    models: (data?.models.edges ?? []).flatMap(({ node }) => (node ? [node] : [])),
    isLoading: fetching && !data,
    isLoadingMore: fetching || stale,
    error: data ? undefined : error,
    hasMore: hasNextPage,
    loadMore: () => setPage({ after: endCursor ?? undefined, nameContains }),
    reload: () => reload({ requestPolicy: 'network-only' }),
  };
}
