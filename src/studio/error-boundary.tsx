import { Component, type ReactNode } from 'react';

/** Shows a message instead of an empty page after an unexpected error. Jobs and uploads on the server are not affected. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <main className="main" role="alert">
        <h1>Studio has stopped.</h1>
        <p>{error.message}</p>
        <p>Running jobs are not affected.</p>
        <button type="button" className="button primary" onClick={() => location.reload()}>
          Reload
        </button>
      </main>
    );
  }
}
