import { chooseTimeStyle, chooseZone, TIME_STYLES, timeStyle, zone, ZONES } from '../text/clock.ts';
import { Choice } from './choice.tsx';

/** How times are shown on all pages. */
export function TimeChoice() {
  return (
    <>
      <Choice
        legend="Times"
        options={TIME_STYLES}
        chosen={timeStyle.value}
        choose={chooseTimeStyle}
      />
      <Choice legend="Zone of times" options={ZONES} chosen={zone.value} choose={chooseZone} />
    </>
  );
}
