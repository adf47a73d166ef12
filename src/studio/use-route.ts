import { parseRoute, type Route } from './route.ts';
import { createStore, useStore } from './ui/store.ts';

const route = createStore(parseRoute(location.hash));
addEventListener('hashchange', () => route.set(parseRoute(location.hash)));

/** The current route. */
export const useRoute = (): Route => useStore(route);
