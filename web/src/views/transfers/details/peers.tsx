// Who is connected: what each gives and takes, how far each is, and how it is reached. An address can be added by hand.

import { type FormEvent, type ReactNode, useCallback, useState } from 'react'
import { formatRate, formatSize } from '../../../../../src/api/format-quantity.ts'
import type { PeerRow, TransferRow } from '../../../../../src/api/schemas/transfer.ts'
import { call } from '../../../store/api.ts'
import { sentenceOf } from '../../../store/attempt.ts'
import { toast } from '../../../store/toasts.ts'
import { t } from '../../../text/t.ts'
import { Button } from '../../../ui/button.tsx'
import { ErrorSentence } from '../../../ui/error-sentence.tsx'
import { ForeignText } from '../../../ui/foreign-text.tsx'
import { TextField } from '../../../ui/text-field.tsx'
import { useLoaded } from '../../../ui/use-loaded.ts'

const BEAT_MS = 3_000
/** More are not read by anybody, and each costs elements. */
const SHOWN = 200

export function Peers({ row: { id } }: { readonly row: TransferRow }): ReactNode {
  const load = useCallback(() => call('transferPeers', { id }), [id])
  const { value, error } = useLoaded(load, BEAT_MS)
  const peers = (value?.peers ?? []).toSorted(
    (a, b) => b.downBytesPerSecond + b.upBytesPerSecond - (a.downBytesPerSecond + a.upBytesPerSecond),
  )
  return (
    <>
      {error !== undefined && value === undefined && <ErrorSentence error={error} />}
      {value !== undefined && peers.length === 0 && <p className="part soft">{t('peers.none')}</p>}
      {peers.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <section className="part table-scroll" aria-label={t('details.tab.peers')} tabIndex={0}>
          <table className="plain-table">
            <thead>
              <tr>
                <th>{t('peers.who')}</th>
                <th className="number">{t('column.down')}</th>
                <th className="number">{t('column.up')}</th>
                <th className="number">{t('peers.has')}</th>
              </tr>
            </thead>
            <tbody>
              {peers.slice(0, SHOWN).map((peer) => (
                <Peer key={`${peer.address} ${peer.transport}`} peer={peer} />
              ))}
            </tbody>
          </table>
          {peers.length > SHOWN && <p className="part-note">{t('peers.more', peers.length - SHOWN)}</p>}
        </section>
      )}
      <AddPeer id={id} />
    </>
  )
}

function Peer({ peer }: { readonly peer: PeerRow }): ReactNode {
  return (
    <tr>
      <td>
        <ForeignText text={peer.client === '' ? peer.address : peer.client} />
        <div className="soft">
          {peer.client !== '' && <ForeignText text={peer.address} />} {t('peers.by', how(peer), peer.source)}
        </div>
        <div>{does(peer)}</div>
      </td>
      <td className="number" title={formatSize(peer.downloadedBytes)}>
        {peer.downBytesPerSecond < 1 ? '' : formatRate(peer.downBytesPerSecond)}
      </td>
      <td className="number" title={formatSize(peer.uploadedBytes)}>
        {peer.upBytesPerSecond < 1 ? '' : formatRate(peer.upBytesPerSecond)}
      </td>
      <td className="number">{peer.seed ? t('peers.all') : `${Math.floor(peer.progress * 100)} %`}</td>
    </tr>
  )
}

function how({ transport, encryption, incoming }: PeerRow): string {
  const way = { tcp: 'TCP', utp: 'uTP', http: 'HTTP', tls: 'TLS', stream: t('peers.circle') }[transport]
  const secret =
    encryption === '' || encryption === 'none' || encryption === 'plain' ? '' : t('peers.encrypted')
  return `${way}${secret}${incoming ? t('peers.incoming') : ''}`
}

/** In words what flags say: whether each of us wants something of the other, and gets it. */
function does(peer: PeerRow): string {
  const words = [
    ...(peer.snubbed ? [t('peers.snubbed')] : []),
    ...(peer.amInterested ? [peer.peerChoking ? t('peers.weWait') : t('peers.gives')] : []),
    ...(peer.peerInterested ? [peer.amChoking ? t('peers.waits') : t('peers.takes')] : []),
  ]
  return words.length === 0 ? t('peers.idle') : words.join(', ')
}

function AddPeer({ id }: { readonly id: string }): ReactNode {
  const [address, setAddress] = useState('')
  const [wrong, setWrong] = useState<string | undefined>()
  const add = async (event: FormEvent) => {
    event.preventDefault()
    if (address.trim() === '') return
    try {
      await call('addPeers', { id, peers: [address.trim()] })
      toast(t('peers.added', address.trim()))
      setAddress('')
    } catch (error) {
      setWrong(sentenceOf(error))
    }
  }
  return (
    <form className="part" onSubmit={(event) => void add(event)}>
      <TextField
        label={t('peers.add')}
        hint={t('peers.addHint')}
        wrong={wrong}
        value={address}
        onChange={(typed) => {
          setAddress(typed)
          setWrong(undefined)
        }}
      />
      <Button type="submit" isDisabled={address.trim() === ''}>
        {t('peers.connect')}
      </Button>
    </form>
  )
}
