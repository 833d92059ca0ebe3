// One js-libp2p node that does what lines on standard input say: publish COUNT BYTES INTERVAL_MS, report, quit.
// Arguments: number of peers to wait for, then addresses to dial.

import { gossipsub } from '@chainsafe/libp2p-gossipsub'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { createInterface } from 'node:readline'

const topic = 'block'
const [peers, ...addresses] = process.argv.slice(2)
const print = (line) => process.stdout.write(JSON.stringify(line) + '\n')
const now = () => performance.timeOrigin + performance.now()

// Gossipsub punishes more than ten peers behind one address and then drops what they say; all of these are on one machine.
const scoreParams = { IPColocationFactorWeight: 0 }

const node = await createLibp2p({
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  connectionManager: { maxConnections: 1000, inboundConnectionThreshold: 1000 },
  services: { identify: identify(), pubsub: gossipsub({ allowPublishToZeroTopicPeers: true, scoreParams }) }
})

const pubsub = node.services.pubsub
let copies = 0
let latencies = []

// Every payload that a peer sends, before it is known whether it is a copy.
const receive = pubsub.handleReceivedMessage.bind(pubsub)
pubsub.handleReceivedMessage = (from, message) => {
  copies++
  return receive(from, message)
}
pubsub.addEventListener('gossipsub:message', (event) => {
  const data = event.detail.msg.data
  latencies.push(now() - new DataView(data.buffer, data.byteOffset).getFloat64(0, true))
})
pubsub.subscribe(topic)
for (const address of addresses) {
  await node.dial(multiaddr(address)).catch((failure) => console.error(failure.message))
}

print({ listening: node.getMultiaddrs()[0].toString() })

// Not every dial of a crowd succeeds on a busy machine; a mesh of 6 to 12 needs no more than most of them.
const enough = Math.ceil(Number(peers) * 0.75)
const waiting = setInterval(() => {
  if (pubsub.getSubscribers(topic).length >= enough) {
    clearInterval(waiting)
    print({ linked: Number(peers) })
  }
}, 50)

async function publish (count, bytes, intervalMs) {
  const start = performance.now()
  for (let i = 0; i < count; i++) {
    const data = new Uint8Array(bytes)
    const view = new DataView(data.buffer)
    view.setFloat64(0, now(), true)
    view.setUint32(8, i)
    await pubsub.publish(topic, data)
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, start + (i + 1) * intervalMs - performance.now())))
  }
  print({ published: count })
}

for await (const line of createInterface({ input: process.stdin })) {
  const [word, ...numbers] = line.split(' ')
  if (word === 'publish') {
    await publish(...numbers.map(Number))
  } else if (word === 'report') {
    print({ report: { deliveries: latencies.length, copies, latencies } })
    copies = 0
    latencies = []
  } else if (word === 'quit') {
    break
  }
}
await node.stop()
process.exit(0)
