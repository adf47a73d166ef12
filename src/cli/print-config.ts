import * as z from 'zod';
import { type Config, settings } from '../config/config.ts';
import { withProxyNames } from '../config/network.ts';
import { isSecret } from '../config/topics.ts';
import { type Environment, isSet, readSettings } from '../util/environment.ts';

/**
 * The settings in effect, as lines of an env file. Values that contain keys or passwords are replaced by `***`, and passwords
 * in URLs, too. Defaults are commented out.
 *
 * @param config The configuration that was read from this environment, for defaults that depend on other settings.
 */
export function printableConfig(environment: Environment, config: Config): string {
  const set = withProxyNames(environment);
  const values: Readonly<Record<string, unknown>> = {
    ...readSettings(z.object(settings), set),
    SANDBOX: config.upstreamUrl === undefined,
    INTROSPECTION: config.introspection,
    GRAPHIQL: config.graphiql,
    STUDIO: config.studio,
    FLAIR_API_KEY: config.ownKey,
  };
  return Object.entries(settings)
    .map(([name, setting]) => {
      const text = textOf(values[name]);
      const shown = isSecret(setting) && text !== '' ? '***' : withoutPassword(text);
      return `${isSet(set, name) ? '' : '# '}${name}=${/[\s#'"]/.test(shown) ? JSON.stringify(shown) : shown}\n`;
    })
    .join('');
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return Array.isArray(value) ? value.join(',') : String(value);
}

/** Replaces the user and password of a URL, and the values of its query, which may contain a password, too. */
const withoutPassword = (text: string): string =>
  text.includes('://') ? text.replace(/(:\/\/)[^/?#]*@/, '$1***@').replace(/([?&][^=&#]+=)[^&#]*/g, '$1***') : text;
