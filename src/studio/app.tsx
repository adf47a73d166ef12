import { type ReactNode, useEffect, useState } from 'react';
import { useQuery } from 'urql';
import { ActivityPanel } from './activity/activity-panel.tsx';
import { Gallery } from './gallery/gallery.tsx';
import { openStudio } from './graph/documents.gen.ts';
import { HistoryPage } from './history/history-page.tsx';
import { JobsList } from './jobs/jobs-list.tsx';
import { useJobs } from './jobs/jobs-provider.tsx';
import { ModelPage } from './model/model-page.tsx';
import { PredictPage } from './predict/predict-page.tsx';
import { links, type Route } from './route.ts';
import { KeyDialog } from './session/key-dialog.tsx';
import { LimitsProvider } from './session/limits.tsx';
import { useSession } from './session/session.tsx';
import { readSettings } from './session/settings.ts';
import { Empty, LoadError } from './ui/empty.tsx';
import { ActivityIcon, CreateIcon, HistoryIcon, JobsIcon, KeyIcon, Mark, ModelsIcon } from './ui/icons.tsx';
import { Notices } from './ui/notices.tsx';
import { useStore } from './ui/store.ts';
import { ThemeSwitch } from './ui/theme.tsx';
import { useRoute } from './use-route.ts';
import './app.css';

/** The frame of the page: navigation, the current place, running jobs and activity. */
export function App() {
  const route = useRoute();
  const [isKeyOpen, setKeyOpen] = useState(false);
  const [isActivityOpen, setActivityOpen] = useState(false);
  useTitle(route);
  return (
    <div className="app" data-page={route.page}>
      <button type="button" className="skip" onClick={skipToMain}>
        Skip to the content
      </button>
      <header className="top">
        <a className="brand" href={links.models()} aria-label="Flair Studio">
          <Mark />
          <span>Studio</span>
        </a>
        <Navigation route={route} />
        <div className="top-tools">
          {readSettings().isSandbox && <span className="sandbox-badge">Sandbox</span>}
          <button
            type="button"
            className="icon-button"
            aria-label="Activity"
            aria-pressed={isActivityOpen}
            onClick={() => setActivityOpen(!isActivityOpen)}
          >
            <ActivityIcon />
          </button>
          <ThemeSwitch />
          <button type="button" className="icon-button" aria-label="API key" onClick={() => setKeyOpen(true)}>
            <KeyIcon />
          </button>
        </div>
      </header>
      <main id="main" className="main" tabIndex={-1}>
        <Opened onKey={() => setKeyOpen(true)}>
          <Page route={route} />
        </Opened>
      </main>
      <aside className="aside" aria-label="Running jobs">
        <JobsList />
      </aside>
      {isActivityOpen && <ActivityPanel onClose={() => setActivityOpen(false)} />}
      {isKeyOpen && <KeyDialog onClose={() => setKeyOpen(false)} />}
      <Notices />
    </div>
  );
}

function Page({ route: { page, id, parameters } }: { route: Route }) {
  const again = parameters.get('again') ?? undefined;
  if (page === 'model' && id) return <ModelPage key={id} id={id} again={again} />;
  if (page === 'create') {
    const model = parameters.get('model') ?? undefined;
    return <PredictPage key={`${model}-${again}`} model={model} again={again} />;
  }
  if (page === 'history') return <HistoryPage />;
  // On narrow windows the place `jobs` hides this; on wide ones the jobs are beside every page.
  return <Gallery />;
}

function Navigation({ route: { page } }: { route: Route }) {
  const { jobs } = useJobs();
  const running = jobs.filter(({ isFinished }) => !isFinished).length;
  const items = [
    { name: 'Models', link: links.models(), Icon: ModelsIcon, isCurrent: page === 'models' || page === 'model' },
    { name: 'Create', link: links.create(), Icon: CreateIcon, isCurrent: page === 'create' },
    { name: 'History', link: links.history(), Icon: HistoryIcon, isCurrent: page === 'history' },
    { name: 'Jobs', link: links.jobs(), Icon: JobsIcon, isCurrent: page === 'jobs' },
  ];
  return (
    <nav className="nav" aria-label="Main">
      {items.map(({ name, link, Icon, isCurrent }) => (
        <a key={name} href={link} className="nav-item" data-name={name} aria-current={isCurrent ? 'page' : undefined}>
          <Icon />
          <span>{name}</span>
          {name === 'Jobs' && running > 0 && <span className="nav-count">{running}</span>}
        </a>
      ))}
    </nav>
  );
}

/** The content, once the limits are known and unless the key was rejected. */
function Opened({ onKey, children }: { onKey: () => void; children: ReactNode }) {
  const { isKeyRejected } = useSession();
  const isRejected = useStore(isKeyRejected);
  const [{ data, error }, reload] = useQuery({ query: openStudio, requestPolicy: 'cache-first' });
  if (isRejected || data?.viewer.isKeyValid === false)
    return (
      <Empty title="An API key is needed.">
        <p>{data?.viewer.problem ?? 'Enter a key of the Flair API that has access to your models.'}</p>
        <button type="button" className="button primary" onClick={onKey}>
          Enter a key
        </button>
      </Empty>
    );
  if (data) return <LimitsProvider limits={data.limits}>{children}</LimitsProvider>;
  if (error) return <LoadError error={error} onRetry={() => reload({ requestPolicy: 'network-only' })} />;
  return <div className="opening" aria-busy="true" />;
}

const TITLES = { models: 'Models', model: 'Model', create: 'Create images', history: 'History', jobs: 'Jobs' };

/** Sets the title of the document, and moves the focus to the content when another place is shown. */
function useTitle({ page, id }: Route): void {
  const [first] = useState(`${page}/${id}`);
  useEffect(() => {
    document.title = `${TITLES[page]} – Flair Studio`;
    if (`${page}/${id}` === first && document.activeElement === document.body) return;
    scrollTo(0, 0);
    document.querySelector<HTMLElement>('#main')?.focus({ preventScroll: true });
  }, [page, id, first]);
}

/** A button, because a link would change the fragment of the URL, which is the route. */
function skipToMain(): void {
  document.querySelector<HTMLElement>('#main')?.focus();
}
