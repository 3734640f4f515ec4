// On or off, at once.

import type { ReactNode } from 'react'
import { Switch as AriaSwitch, type SwitchProps } from 'react-aria-components'
import './switch.css'

export function Switch({
  children,
  ...rest
}: Omit<SwitchProps, 'className' | 'children' | 'style'> & { readonly children: ReactNode }): ReactNode {
  return (
    <AriaSwitch {...rest} className="switch">
      <span className="switch-track" aria-hidden="true">
        <span className="switch-knob" />
      </span>
      {children}
    </AriaSwitch>
  )
}
