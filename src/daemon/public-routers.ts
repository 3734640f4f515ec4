// Nodes that anybody may begin with when no other node is known (BEP 5): names that the large clients keep running for that.
// Asked only when nobody else answers; what they learn is our address, and that we look for DHT nodes.

export const PUBLIC_ROUTERS: readonly string[] = [
  'dht.libtorrent.org:25401',
  'router.bittorrent.com:6881',
  'dht.transmissionbt.com:6881',
  'router.utorrent.com:6881',
]
