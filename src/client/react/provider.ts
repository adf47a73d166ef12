import { createContext, createElement, type ReactElement, type ReactNode, useContext } from 'react';
import type { FlairClient } from '../types.ts';

const ClientContext = createContext<FlairClient | undefined>(undefined);

/** Provides the hooks with a client. */
export function FlairProvider({ client, children }: { client: FlairClient; children?: ReactNode }): ReactElement {
  return createElement(ClientContext.Provider, { value: client }, children);
}

/** The client of the nearest {@link FlairProvider}. @throws Error outside of one. */
export function useFlair(): FlairClient {
  const client = useContext(ClientContext);
  if (!client) throw new Error('Expected a <FlairProvider client={…}> around this component, but there is none.');
  return client;
}
