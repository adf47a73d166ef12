/** The place that the page shows, from the fragment of its URL: `#/models/<id>?again=<training>`. */
export interface Route {
  readonly page: 'models' | 'model' | 'create' | 'history' | 'jobs';
  /** Global id of the model, on its page. */
  readonly id?: string;
  readonly parameters: URLSearchParams;
}

const PAGES: readonly string[] = ['create', 'history', 'jobs'] satisfies Route['page'][];

/** The route of a fragment. Unknown ones show the gallery. */
export function parseRoute(hash: string): Route {
  const [path = '', search] = hash.replace(/^#\/?/, '').split('?', 2);
  const [page = '', id] = path.split('/');
  const parameters = new URLSearchParams(search);
  if (page === 'models' && id) return { page: 'model', id: decodeURIComponent(id), parameters };
  return { page: PAGES.includes(page) ? (page as Route['page']) : 'models', parameters };
}

/** Links to the places of the page. */
export const links = {
  models: () => '#/models',
  model: (id: string, again?: string) =>
    `#/models/${encodeURIComponent(id)}${again ? `?again=${encodeURIComponent(again)}` : ''}`,
  create: (from: { model?: string; again?: string } = {}) => {
    const search = new URLSearchParams(from).toString();
    return search ? `#/create?${search}` : '#/create';
  },
  history: () => '#/history',
  jobs: () => '#/jobs',
};

/** Shows another place. */
export function navigate(link: string): void {
  location.hash = link;
}
