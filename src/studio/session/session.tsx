import { createContext, type ReactNode, use, useMemo, useState } from 'react';
import { Provider } from 'urql';
import { readApiKey, writeApiKey } from './api-key.ts';
import { type Connection, connect } from './connection.ts';

interface Session extends Connection {
  /** Connects with another key, and forgets the data of the previous one. */
  changeKey(apiKey: string): void;
}

const SessionContext = createContext<Session | undefined>(undefined);

/** Provides the connection to the graph. A new key gets a new connection, and components below start again. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const [{ apiKey, count }, setKey] = useState(() => ({ apiKey: readApiKey(), count: 0 }));
  // The count lets the same key connect again, for example after it was rejected.
  const connection = useMemo(() => connect(apiKey), [apiKey, count]);
  const session = useMemo<Session>(
    () => ({
      ...connection,
      changeKey(next) {
        writeApiKey(next);
        connection.flair.dispose();
        setKey((previous) => ({ apiKey: next, count: previous.count + 1 }));
      },
    }),
    [connection],
  );
  return (
    <SessionContext value={session}>
      <Provider value={connection.urql} key={count}>
        {children}
      </Provider>
    </SessionContext>
  );
}

/** The connection to the graph. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error('Expected a SessionProvider above.');
  return session;
}
