import type { Caller } from '../auth/caller.ts';
import { tenantOf } from '../auth/credential.ts';
import type { CredentialKind } from '../auth/identity.ts';
import { shortTenant } from '../telemetry/describe-operation.ts';
import type { JobKey } from '../upstream/jobs.ts';

/** A caller, as it may see itself. */
export interface Viewer {
  /** Undefined without valid credentials. */
  readonly kind: CredentialKind | undefined;
  /** Name of the tenant in the logs of this gateway; undefined for watch tokens, and without valid credentials. */
  readonly tenant: string | undefined;
  /** The jobs to which a watch token gives access; undefined for all other callers. */
  readonly jobs: readonly JobKey[] | undefined;
  /** The error why there are no valid credentials. */
  readonly error: unknown;
}

/** Describes a caller. Never throws, and sends no request. */
export function viewerOf(caller: Pick<Caller, 'credential' | 'kind' | 'scope'>): Viewer {
  try {
    const tenant = tenantOf(caller.credential());
    const { kind, scope } = caller;
    // The holder of a watch token may be a stranger, who could search for a short key with its hash.
    return { kind, tenant: scope ? undefined : shortTenant(tenant), jobs: scope?.jobs, error: undefined };
  } catch (error) {
    return { kind: undefined, tenant: undefined, jobs: undefined, error };
  }
}
