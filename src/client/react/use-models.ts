import { useCallback, useEffect, useRef, useState } from 'react';
import { type ListModelsQuery, listModels } from '../documents.gen.ts';
import { FlairError } from '../errors.ts';
import type { FlairClient, Model } from '../types.ts';
import { useFlair } from './provider.ts';
import type { ModelsResult } from './types.ts';

interface Page {
  models: readonly Model[];
  /** Undefined: there is no further page. */
  after: string | undefined;
}

interface State extends Page {
  isLoading: boolean;
  error: FlairError | undefined;
}

const INITIAL: State = { models: [], after: undefined, isLoading: true, error: undefined };

/** The list of models, page by page. @param first Number of models per page, 1 to 100. */
export function useModels({ first = 20 }: { first?: number } = {}): ModelsResult {
  const client = useFlair();
  const [state, setState] = useState<State>(INITIAL);
  const controller = useRef<AbortController>(undefined);

  const load = useCallback(
    async (previous: Page) => {
      controller.current?.abort();
      const own = new AbortController();
      controller.current = own;
      const { signal } = own;
      setState((current) => ({ ...current, isLoading: true, error: undefined }));
      const { page, error } = await readPage(client, { first, after: previous.after }, signal);
      if (signal.aborted) return;
      setState((current) => {
        const models = page ? [...previous.models, ...page.models] : current.models;
        return { after: current.after, ...page, models, isLoading: false, error };
      });
    },
    [client, first],
  );
  const refetch = useCallback(() => void load(INITIAL), [load]);
  useEffect(() => {
    setState(INITIAL);
    refetch();
    return () => controller.current?.abort();
  }, [refetch]);

  const { models, after, isLoading, error } = state;
  const hasNextPage = after !== undefined;
  const loadMore = () => {
    if (hasNextPage && !isLoading) void load({ models, after });
  };
  return { models, isLoading, hasNextPage, loadMore, refetch, error };
}

/** Reads a page. A model that cannot be read does not hide the others. Never rejects. */
async function readPage(
  client: FlairClient,
  variables: { first: number; after: string | undefined },
  signal: AbortSignal,
): Promise<{ page?: Page; error: FlairError | undefined }> {
  try {
    return { page: pageOf(await client.request(listModels, variables, { signal })), error: undefined };
  } catch (thrown) {
    const error = thrown instanceof FlairError ? thrown : new FlairError(String(thrown), 'INVALID_RESPONSE');
    const data = error.data as ListModelsQuery | null | undefined;
    return { ...(data && { page: pageOf(data) }), error };
  }
}

function pageOf({ models: { nodes, pageInfo } }: ListModelsQuery): Page {
  const { hasNextPage, endCursor } = pageInfo;
  return { models: nodes.filter((model) => model !== null), after: (hasNextPage && endCursor) || undefined };
}
