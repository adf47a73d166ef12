import { createContext, type ReactNode, use } from 'react';
import type { OpenStudioQuery } from '../graph/documents.gen.ts';

/** Ranges, defaults and sizes of inputs, as the gateway states them. */
export type Limits = OpenStudioQuery['limits'];

const LimitsContext = createContext<Limits | undefined>(undefined);

/** Provides the limits, which must have been loaded. */
export const LimitsProvider = ({ limits, children }: { limits: Limits; children: ReactNode }) => (
  <LimitsContext value={limits}>{children}</LimitsContext>
);

/** The limits of inputs. */
export function useLimits(): Limits {
  const limits = use(LimitsContext);
  if (!limits) throw new Error('Expected a LimitsProvider above.');
  return limits;
}
