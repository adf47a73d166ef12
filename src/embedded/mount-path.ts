/** Path below which a gateway is mounted. */
export interface MountPath {
  /** Adds the path to the target of a request from which the host application has removed it. */
  complete(target: string): string;
  /** The request with the path. */
  completeRequest(request: Request): Request;
}

/** @param basePath Normalized: empty, or with a leading slash only. */
export function createMountPath(basePath: string): MountPath {
  const complete = (target: string): string => {
    const hasPath = target.startsWith(basePath) && /^(?:[/?]|$)/.test(target.slice(basePath.length));
    return hasPath ? target : basePath + target;
  };
  return {
    complete,
    completeRequest(request) {
      const { origin, pathname, search } = new URL(request.url);
      const path = complete(pathname);
      return path === pathname ? request : new Request(`${origin}${path}${search}`, request);
    },
  };
}
