import pino, { type Logger } from 'pino';
import type { GatewayLogger } from './types.ts';

/**
 * A log whose lines go to another logger.
 *
 * @param logger Undefined: nothing is logged.
 */
export function createForwardingLog(logger: GatewayLogger | undefined, level: string): Logger {
  if (!logger) return pino({ level: 'silent' });
  const forward = (severity: string, details: object, message: string) => {
    if (severity === 'trace') (logger.trace ?? logger.debug).call(logger, details, message);
    else if (severity === 'fatal') (logger.fatal ?? logger.error).call(logger, details, message);
    else if (severity === 'debug') logger.debug(details, message);
    else if (severity === 'info') logger.info(details, message);
    else if (severity === 'warn') logger.warn(details, message);
    else logger.error(details, message);
  };
  return pino({
    level,
    hooks: {
      // Called instead of writing a line. The details are objects, so that the other logger serializes them.
      logMethod(parameters: unknown[], _method, severity) {
        const [first, second] = parameters;
        const hasDetails = typeof first === 'object' && first !== null;
        const details = { ...this.bindings(), ...(hasDetails && first) };
        forward(this.levels.labels[severity] ?? 'error', details, String((hasDetails ? second : first) ?? ''));
      },
    },
  });
}
