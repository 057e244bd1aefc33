import { Component, type ComponentType, lazy, type ReactNode, Suspense } from "react";

interface Beside {
  /** Stands in its place while it is loaded. */
  readonly waiting?: ReactNode;
  /** Stands in its place where it cannot be had. */
  readonly broken?: ReactNode;
  /** Told of that. */
  readonly onBroken?: () => void;
}

/**
 * A component that is loaded when it is shown for the first time. Where it cannot be – the page is offline, or another
 * version of it has been put up – the rest of the page goes on, and the next time it is asked for anew.
 */
export function later<Properties extends object>(load: () => Promise<{ default: ComponentType<Properties> }>) {
  let Loaded: ComponentType<Properties> = lazy(load);
  const again = () => {
    Loaded = lazy(load);
  };
  return function Later({ waiting, broken, onBroken, ...properties }: Properties & Beside) {
    return (
      <Boundary
        instead={broken}
        onBroken={() => {
          again();
          onBroken?.();
        }}
      >
        <Suspense fallback={waiting}>
          <Loaded {...(properties as unknown as Properties)} />
        </Suspense>
      </Boundary>
    );
  };
}

interface BoundaryProperties {
  readonly instead: ReactNode;
  readonly onBroken: () => void;
  readonly children: ReactNode;
}

/** Keeps to itself what breaks below it: React takes everything away up to the next one of these. */
class Boundary extends Component<BoundaryProperties, { readonly broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override componentDidCatch(): void {
    this.props.onBroken();
  }

  override render(): ReactNode {
    return this.state.broken ? this.props.instead : this.props.children;
  }
}
