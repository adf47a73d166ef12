import { useState } from 'react';
import { useQuery } from 'urql';
import { listDataItems } from '../graph/documents.gen.ts';

/** Number of images of a page. */
export const IMAGES_PAGE = 60;

/** The training images of a model, page by page. */
export function useImages(modelId: string) {
  const [after, setAfter] = useState<string>();
  const [{ data, fetching, stale, error }, reload] = useQuery({
    query: listDataItems,
    variables: { id: modelId, first: IMAGES_PAGE, ...(after !== undefined && { after }) },
  });
  const { edges = [], pageInfo } = data?.model?.dataItems ?? {};
  return {
    images: edges.flatMap(({ node }) => (node ? [node] : [])),
    isLoading: fetching && !data,
    isLoadingMore: fetching || stale,
    error: data ? undefined : error,
    hasMore: pageInfo?.hasNextPage ?? false,
    loadMore: () => setAfter(pageInfo?.endCursor ?? undefined),
    reload: () => reload({ requestPolicy: 'network-only' }),
  };
}
