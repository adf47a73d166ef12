import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { ClientSocket, SocketPeer } from './socket.ts';

/** Opens a WebSocket to a gateway on this machine. */
export function openWebSocket(url: string, peer: SocketPeer, isReading: boolean): ClientSocket {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/graphql`, GRAPHQL_TRANSPORT_WS_PROTOCOL);
  const unsent: string[] = [];
  const setReading = (isReadingNow: boolean) => {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (isReadingNow) socket.resume();
    else socket.pause();
  };
  socket.on('open', () => {
    for (const message of unsent.splice(0)) socket.send(message);
    setReading(isReading);
  });
  socket.on('message', (data) => peer.receive(String(data)));
  socket.on('close', () => peer.onClose());
  // Followed by `close`.
  socket.on('error', () => {});
  return {
    receive(message) {
      const text = JSON.stringify(message);
      if (socket.readyState === WebSocket.CONNECTING) unsent.push(text);
      else socket.send(text);
    },
    setReading(isReadingNow) {
      isReading = isReadingNow;
      setReading(isReadingNow);
    },
    close: () => socket.close(),
    terminate: () => socket.terminate(),
  };
}
