import type { StudioSettings } from '../../http/studio.ts';

/** The settings in a `<meta>` element of the page. Vite's own server leaves its placeholder. */
export function readSettings(): StudioSettings {
  const content = document.querySelector<HTMLMetaElement>('meta[name=studio-settings]')?.content ?? '';
  try {
    return JSON.parse(content);
  } catch {
    return { apiKeyHeader: 'x-api-key', isSandbox: false };
  }
}

/** Absolute URL of the graph, which is beside the page. */
export const graphUrl = (): string => new URL('graphql', location.href.split(/[?#]/)[0]).href;
