/** True if proxies, load balancers, CDNs or tunnels add this header to requests. Names are in lower case. */
export const isProxyHeader = (name: string): boolean => PROXY_HEADER.test(name);

const PROXY_HEADER = new RegExp(
  `^(?:${[
    'forwarded',
    'via',
    'x-forwarded.*',
    'x-original-.+',
    'x-scheme',
    '(?:x-)?(?:real|client|cluster-client|true-client|proxyuser|remote)-(?:ip|addr)',
    '(?:wl-)?proxy-(?:client-ip|connection)',
    'x-proxy-.+',
    'x-envoy-.+',
    'x-varnish',
    'cdn-loop',
    'cf-.+',
    'cloudfront-.+',
    'x-amz-cf-.+',
    'fastly-.+',
    '(?:x-)?akamai-.+',
    'ali-cdn-.+',
    'incap-client-ip',
    'x-azure-.+',
    'x-arr-.+',
    'x-appengine-.+',
    'do-connecting-ip',
    'fly-.+',
    'x-vercel-.+',
    'x-nf-.+',
    'ngrok-.+',
  ].join('|')})$`,
);
