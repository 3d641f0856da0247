import type { PeopleList } from '../../../common/contract/requests.ts';
import { certificateCourse } from '../../../common/domain/certificate-course.ts';
import type { MemberId } from '../../../common/domain/ids.ts';

/** Whose certificate has ended, and when, as far as this laptop knows the certificates: their laptops can't join. [CERT-2] */
export const endedCertificates = (members: PeopleList['members'], now: number): ReadonlyMap<MemberId, string> =>
  new Map(
    members.flatMap(({ member, certificate }) =>
      certificate && certificateCourse(certificate, now) === 'ended' ? [[member, certificate.until] as const] : [],
    ),
  );
