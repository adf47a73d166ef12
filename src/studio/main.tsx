// First, so that the styles of features come after it.
import './styles/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { JobsProvider } from './jobs/jobs-provider.tsx';
import { UploadsProvider } from './model/uploads-provider.tsx';
import { SessionProvider } from './session/session.tsx';
import { applyStoredTheme } from './ui/theme.tsx';

applyStoredTheme();
const root = document.querySelector('#root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <ErrorBoundary>
        <SessionProvider>
          <JobsProvider>
            <UploadsProvider>
              <App />
            </UploadsProvider>
          </JobsProvider>
        </SessionProvider>
      </ErrorBoundary>
    </StrictMode>,
  );
}
