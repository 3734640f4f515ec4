// What the doctor or the leak test found, looked for only when asked.

import { type ReactNode, useState } from 'react'
import { explainFinding } from '../../../../src/api/finding-sentence.ts'
import type { OutputOf } from '../../../../src/api/routes.ts'
import { call } from '../../store/api.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Icon, type IconName } from '../../ui/icon.tsx'

type Finding = OutputOf<'doctor'>['findings'][number]

const SIGNS: Readonly<Record<Finding['state'], IconName>> = {
  good: 'check',
  careful: 'warning',
  bad: 'warning',
  unknown: 'info',
  off: 'stop',
}

export function Findings({
  name,
  button,
}: {
  readonly name: 'doctor' | 'leakTest'
  readonly button: string
}): ReactNode {
  const [findings, setFindings] = useState<readonly Finding[]>()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const look = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      setFindings((await call(name, {})).findings)
    } catch (failed) {
      setError(failed)
    }
    setBusy(false)
  }
  return (
    <>
      <div>
        <Button isDisabled={busy} onPress={() => void look()}>
          {busy ? t('network.looking') : button}
        </Button>
      </div>
      {error !== undefined && <ErrorSentence error={error} />}
      <div role="status">
        {findings?.length === 0 && <p>{t('network.nothingFound')}</p>}
        {findings !== undefined && findings.length > 0 && (
          <ul className="findings">
            {findings.map((finding) => (
              <One key={`${finding.check} ${finding.code}`} finding={finding} />
            ))}
          </ul>
        )}
      </div>
    </>
  )
}

function One({ finding: { state, code, data } }: { readonly finding: Finding }): ReactNode {
  const { sentence, help } = explainFinding(code, data)
  return (
    <li className="finding">
      <span className={`finding-state finding-${state}`}>
        <Icon name={SIGNS[state]} />
        {t(`network.finding.${state}`)}
      </span>
      <span>
        <ForeignText text={sentence} />
      </span>
      {help !== undefined && (
        <span className="finding-help">
          <ForeignText text={help} />
        </span>
      )}
    </li>
  )
}
