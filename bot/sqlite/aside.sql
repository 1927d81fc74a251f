-- Version 2: parcels that stand aside while their lane goes on.

ALTER TABLE parcel ADD COLUMN aside INTEGER NOT NULL DEFAULT 0; -- 1: it does

DROP INDEX parcel_of;
CREATE INDEX parcel_of ON parcel (practice, channel, subject, aside, id);
CREATE INDEX parcel_aside ON parcel (practice, channel, subject) WHERE aside = 1;
