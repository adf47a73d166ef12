import { gatewayOfProcess } from '../../../gateway.mjs';

const handle = (request) => gatewayOfProcess().fetch(request);

export { handle as GET, handle as HEAD, handle as OPTIONS, handle as POST, handle as PUT };
