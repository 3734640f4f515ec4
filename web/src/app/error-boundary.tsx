// A mistake in one part of the page ends that part, says so, and leaves the rest alone.

import { Component, type ReactNode } from 'react'
import { t } from '../text/t.ts'
import { Button } from '../ui/button.tsx'

interface State {
  readonly error: Error | undefined
}

export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: undefined }

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return (
      <div className="broken" role="alert">
        <h2>{t('broken.title')}</h2>
        <p>{t('broken.text')}</p>
        <Button icon="reload" onPress={() => this.setState({ error: undefined })}>
          {t('action.tryAgain')}
        </Button>
        <details>
          <summary>{t('broken.details')}</summary>
          <pre>{error.message}</pre>
        </details>
      </div>
    )
  }
}
