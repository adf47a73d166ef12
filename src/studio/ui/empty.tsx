import type { ReactNode } from 'react';
import './empty.css';

/** A place without content: what it will contain, and how to fill it. */
export const Empty = ({ title, children }: { title: string; children?: ReactNode }) => (
  <div className="empty">
    <p className="empty-title">{title}</p>
    {children}
  </div>
);

/** A failed query, with a button that sends it again. */
export const LoadError = ({ error, onRetry }: { error: Error; onRetry: () => void }) => (
  <div className="empty" role="alert">
    <p className="empty-title">This could not be loaded.</p>
    <p>{messageOf(error)}</p>
    <button type="button" className="button" onClick={onRetry}>
      Try again
    </button>
  </div>
);

/** The message of an error as a person reads it. */
const messageOf = (error: { message: string; networkError?: Error | undefined }): string =>
  error.networkError
    ? 'The gateway cannot be reached. Check that it is running, and your connection.'
    : error.message.replaceAll(/\[(?:GraphQL|Network)\] /g, '');

/** Why a mutation has not succeeded, as a person reads it. */
export const failureOf = (
  result: { message: string } | null | undefined,
  error: { message: string; networkError?: Error | undefined } | undefined,
): string => result?.message ?? (error ? messageOf(error) : 'The gateway sent no result.');
