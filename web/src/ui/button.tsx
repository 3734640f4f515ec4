// Buttons: a word, a sign with a word, or a sign whose word is its name and its tooltip.

import type { ReactNode } from 'react'
import { Button as AriaButton, type ButtonProps, Tooltip, TooltipTrigger } from 'react-aria-components'
import { Icon, type IconName } from './icon.tsx'
import './button.css'

type Look = 'plain' | 'primary' | 'quiet' | 'danger'

interface Props extends Omit<ButtonProps, 'className' | 'children' | 'style'> {
  readonly look?: Look
  readonly icon?: IconName
  readonly children: ReactNode
}

export function Button({ look = 'plain', icon, children, ...rest }: Props): ReactNode {
  return (
    <AriaButton {...rest} className={`button button-${look}`}>
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </AriaButton>
  )
}

interface IconButtonProps extends Omit<ButtonProps, 'className' | 'children' | 'style'> {
  readonly icon: IconName
  /** Its name, for who listens and who points at it. */
  readonly label: string
  readonly look?: Look
}

export function IconButton({ icon, label, look = 'quiet', ...rest }: IconButtonProps): ReactNode {
  return (
    <TooltipTrigger delay={600}>
      <AriaButton {...rest} aria-label={label} className={`button button-icon button-${look}`}>
        <Icon name={icon} />
      </AriaButton>
      <Tooltip className="tooltip" offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  )
}
