// The network, in the order of what people ask (INTERFACE.md A4): reach, volumes, provider, guard, what strangers see, log.

import { type ReactNode, useCallback } from 'react'
import { formatSize } from '../../../../src/api/format-quantity.ts'
import { portRemedy, portSentence } from '../../../../src/api/port-sentence.ts'
import { explainReach } from '../../../../src/api/reachability-sentence.ts'
import type { Network as NetworkFacts } from '../../../../src/api/schemas/status.ts'
import { call } from '../../store/api.ts'
import { t } from '../../text/t.ts'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { Section } from '../section.tsx'
import { Findings } from './findings.tsx'
import { Guard } from './guard.tsx'
import { Log } from './log.tsx'
import { PeopleLine } from './people-line.tsx'
import { Seen } from './seen.tsx'
import './network.css'

/** Counts move slowly here; rates are in the footer. */
const BEAT_MS = 5_000

export function Network(): ReactNode {
  const { value, error, again } = useLoaded(
    useCallback(() => call('network', {}), []),
    BEAT_MS,
  )
  return (
    <div className="view">
      <h1>{t('network.title')}</h1>
      {error !== undefined && <ErrorSentence error={error} />}
      {value === undefined && error === undefined && <p role="status">{t('network.loading')}</p>}
      {value !== undefined && (
        <>
          <Reach facts={value} />
          <Volumes facts={value} />
        </>
      )}
      <Section title={t('network.provider.title')}>
        <p className="soft">{t('network.provider.means')}</p>
        <Findings name="doctor" button={t('network.look')} />
      </Section>
      {value !== undefined && (
        <>
          <Guard rows={value.guard} onLifted={again} />
          <Seen facts={value} />
          <Ports facts={value} />
          <PeopleLine />
        </>
      )}
      <Log />
    </div>
  )
}

function Reach({
  facts: { reach, listensAt, portMapping, portTrouble, wayOut },
}: {
  readonly facts: NetworkFacts
}): ReactNode {
  const { answer, sentence, ways, wouldHelp } = explainReach(reach, wayOut.trouble)
  const [first, ...others] = wouldHelp
  return (
    <Section title={t('network.reach.title')}>
      <p className={`view-lead network-reach-${answer}`}>{sentence}.</p>
      {portTrouble !== null && (
        <p className="finding-careful">
          {portSentence(portTrouble)} {portRemedy(portTrouble)}
        </p>
      )}
      {first !== undefined && (
        <p>
          <strong>{t('network.reach.helps')}</strong> {first}.
        </p>
      )}
      <details>
        <summary>{t('network.reach.more')}</summary>
        <ul className="network-list">
          {[...ways, ...others].map((line) => (
            <li key={line}>{line}.</li>
          ))}
        </ul>
        <dl className="view-facts">
          <dt>{t('network.reach.listens')}</dt>
          <dd>{listensAt ?? t('network.reach.nowhere')}</dd>
          {portMapping.routers.map((router) => (
            <Router key={`${router.name}${router.external}${router.method}`} router={router} />
          ))}
        </dl>
        {portMapping.routers.length === 0 && <p className="soft">{t('network.reach.noRouter')}</p>}
      </details>
    </Section>
  )
}

function Router({
  router: { name, method, state, external },
}: {
  readonly router: NetworkFacts['portMapping']['routers'][number]
}): ReactNode {
  const how = method === null ? state : t('network.router.method', state, method)
  return (
    <>
      <dt>
        {name === null ? t('network.reach.aRouter') : <ForeignText text={t('network.reach.router', name)} />}
      </dt>
      <dd>
        <ForeignText text={external === null ? how : t('network.router.at', how, external)} />
      </dd>
    </>
  )
}

const PERIODS = ['today', 'month', 'all'] as const
const TRANSPORTS = ['tcp', 'utp', 'http'] as const

function Volumes({ facts: { volumes, byTransport } }: { readonly facts: NetworkFacts }): ReactNode {
  return (
    <Section title={t('network.volumes.title')}>
      <VolumeTable
        first={t('network.volumes.when')}
        rows={PERIODS.map((period) => ({ name: t(`network.volumes.${period}`), ...volumes[period] }))}
      />
      {byTransport.length > 0 && (
        <VolumeTable
          first={t('network.volumes.how')}
          rows={byTransport.map(({ transport, ...sums }) => ({ name: transportName(transport), ...sums }))}
        />
      )}
    </Section>
  )
}

function transportName(name: string): string {
  const known = TRANSPORTS.find((transport) => transport === name)
  return known === undefined ? t('network.transport.other', name) : t(`network.transport.${known}`)
}

interface VolumeRow {
  readonly name: string
  readonly takenBytes: number
  readonly givenBytes: number
}

function VolumeTable({
  first,
  rows,
}: {
  readonly first: string
  readonly rows: readonly VolumeRow[]
}): ReactNode {
  return (
    <table className="view-table">
      <thead>
        <tr>
          <th scope="col">{first}</th>
          <th scope="col" className="view-number">
            {t('network.volumes.given')}
          </th>
          <th scope="col" className="view-number">
            {t('network.volumes.taken')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, givenBytes, takenBytes }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td className="view-number">{formatSize(givenBytes)}</td>
            <td className="view-number">{formatSize(takenBytes)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Ports({ facts: { dht, listensAt, connections } }: { readonly facts: NetworkFacts }): ReactNode {
  return (
    <Section title={t('network.dht.title')}>
      <dl className="view-facts">
        <dt>{t('network.dht.dht')}</dt>
        <dd>{dht.on ? t('network.dht.on', dht.nodes4, dht.nodes6) : t('network.dht.off')}</dd>
        <dt>{t('network.reach.listens')}</dt>
        <dd>{listensAt ?? t('network.reach.nowhere')}</dd>
        <dt>{t('network.dht.connections')}</dt>
        <dd>{t('network.connections', connections.now, connections.most, connections.encrypted)}</dd>
      </dl>
      {dht.on && <p className="soft">{t('network.dht.first')}</p>}
    </Section>
  )
}
