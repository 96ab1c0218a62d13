"""What every webhook must do; run over each of them by test_every_webhook.py."""

import json
import logging
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.dispatch.states import State
from newsletter.feedback.event import Kind
from newsletter.feedback.webhook import BODY_MAX
from tests.feedback.hooked_site import HookedSite, without_reference
from tests.feedback.webhook_services import STRANGE, Hooked, Post
from tests.stage.site import PUBLIC_URL


class WebhookContract:
    """Take this into a test module that has a fixture `service`."""

    def test_what_it_tells_has_the_effects_of_a_mail(self, service: Hooked, tmp_path: Path) -> None:
        site = HookedSite(tmp_path, service)

        statuses = site.tell(
            site.told(Kind.BOUNCE, 1, "1"),
            site.told(Kind.COMPLAINT, 2, "2"),
            site.told(Kind.DELAY, 4, "4"),
            site.told(Kind.ACCEPTED, 4, "5"),
        )

        assert set(statuses) == {200}
        assert site.standings() == {
            "suppressed bounced": ["r1@example.org"],
            "suppressed complained": ["r2@example.org"],
        }
        assert [action for _, action in site.events()] == ["suppress", "suppress", "note"]

    def test_leaving_there_is_a_withdrawal_with_its_notice(
        self, service: Hooked, tmp_path: Path
    ) -> None:
        site = HookedSite(tmp_path, service)

        assert set(site.tell(site.told(Kind.UNSUBSCRIBE))) == {200}

        if service.kind == "resend":  # it tells of a contact, and not of a letter
            assert site.events() == [("unsubscribe", "ask")]
            return
        assert site.standing("r1@example.org") == "unsubscribed withdrew"
        assert [row[:2] for row in site.contents() if row[0] == "left"] == [
            ("left", "r1@example.org")
        ]
        assert site.woken == 1

    def test_a_delivery_without_an_answer_is_settled(self, service: Hooked, tmp_path: Path) -> None:
        site = HookedSite(tmp_path, service)
        with site.site.records.database.begin() as connection:
            connection.exec_driver_sql("UPDATE deliveries SET state = 'unknown', answer = NULL")

        site.tell(site.told(Kind.ACCEPTED))

        assert site.states() == {State.ACCEPTED: 1, State.UNKNOWN: 3}

    def test_an_event_that_comes_again_does_nothing(self, service: Hooked, tmp_path: Path) -> None:
        site = HookedSite(tmp_path, service)
        told = [site.told(Kind.BOUNCE, 1, "1"), site.told(Kind.UNSUBSCRIBE, 2, "2")]
        posts = service.posts(told, site.site.clock())
        assert {site.post(one).status_code for one in posts} == {200}
        before = site.contents()

        site.site.now += timedelta(minutes=4)
        assert {site.post(one).status_code for one in posts} == {200}
        signed_anew = site.tell(*told)

        assert set(signed_anew) <= {200, 406}
        assert site.contents() == before

    def test_a_batch_is_applied_whole(self, service: Hooked, tmp_path: Path) -> None:
        site = HookedSite(tmp_path, service, readers=30)
        told = [site.told(Kind.COMPLAINT, at, f"event-{at}") for at in range(1, 31)]

        assert set(site.tell(*told)) == {200}

        assert len(site.standings()["suppressed complained"]) == 30

    def test_an_unknown_kind_is_kept_and_does_nothing(
        self, service: Hooked, tmp_path: Path
    ) -> None:
        site = HookedSite(tmp_path, service)

        assert set(site.tell(site.told(STRANGE))) == {200}

        assert site.events() == [("other", "keep")]
        assert site.standings() == {}

    def test_a_letter_of_others_is_nobodys(self, service: Hooked, tmp_path: Path) -> None:
        site = HookedSite(tmp_path, service)
        told = [site.told(Kind.BOUNCE, 1, "1"), site.told(Kind.COMPLAINT, 2, "2")]

        assert set(site.tell(*map(without_reference, told))) == {200}

        assert site.standings() == {}
        assert site.events() == [("bounce", "keep"), ("complaint", "keep")]

    def test_what_another_secret_proves_is_refused(
        self, service: Hooked, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        site = HookedSite(tmp_path, service)
        posts = service.posts([site.told(Kind.BOUNCE)], site.site.clock())
        site.environ[f"NEWSLETTER_WEBHOOK_{service.kind.upper()}"] = service.other_setting
        site.restart()
        site.open()
        before = site.contents()

        with caplog.at_level(logging.WARNING):
            answers = [site.post(one) for one in [*posts] * 5]

        assert {one.status_code for one in answers} == {401}
        assert site.contents() == before
        assert len(caplog.records) == 1  # told once, and not for each
        assert service.other_setting not in caplog.text or service.kind == "ses"
        assert service.setting not in caplog.text

    def test_what_was_changed_on_the_way_is_refused(self, service: Hooked, tmp_path: Path) -> None:
        site = HookedSite(tmp_path, service)
        before = site.contents()

        for post in self._forgeries(service, site):
            assert site.post(post).status_code in (400, 401), post
        assert site.contents() == before

    def test_an_old_proof_and_one_from_the_future_are_refused(
        self, service: Hooked, tmp_path: Path
    ) -> None:
        site = HookedSite(tmp_path, service)
        now, told = site.site.clock(), [site.told(Kind.BOUNCE)]
        if not service.signs_time:
            return  # it proves no time: see what comes again
        before = site.contents()

        for apart in (timedelta(days=-2), timedelta(minutes=6)):
            [post] = service.posts(told, now + apart)
            assert site.post(post).status_code == 401
        assert site.contents() == before
        [post] = service.posts(told, now - timedelta(minutes=4))
        assert site.post(post).status_code == 200

    def test_cut_off_json_is_refused(self, service: Hooked, tmp_path: Path) -> None:
        site = HookedSite(tmp_path, service)
        before = site.contents()

        post = service.cut_off(site.told(Kind.BOUNCE), site.site.clock())
        assert site.post(post).status_code == 400
        for body in (b"", b"null", b"[[1]]", b'"', b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000):
            bare = Post(post.path, body, {})
            assert site.post(bare).status_code in (400, 401)
        assert site.contents() == before

    def test_a_huge_body_is_refused(self, service: Hooked, tmp_path: Path) -> None:
        site = HookedSite(tmp_path, service)
        path = f"/webhooks/{service.kind}"

        assert site.post(Post(path, b" " * (BODY_MAX + 1), {})).status_code == 413
        assert site.post(Post(path, b" " * BODY_MAX, {})).status_code in (400, 401)

    def test_it_is_not_there_unless_it_is_set_up(self, service: Hooked, tmp_path: Path) -> None:
        site = HookedSite(tmp_path, None)
        before = site.contents()

        for post in service.posts([site.told(Kind.BOUNCE)], site.site.clock()):
            assert site.post(post).status_code == 404
        assert site.contents() == before

    def test_only_a_post_does_something(self, service: Hooked, tmp_path: Path) -> None:
        site = HookedSite(tmp_path, service)
        before = site.contents()
        [post] = service.posts([site.told(Kind.BOUNCE)], site.site.clock())

        for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH"):
            answer = site.client.open(
                post.path,
                method=method,
                base_url=PUBLIC_URL,
                data=post.body,
                headers=dict(post.headers),
            )
            assert answer.status_code == 405
            assert set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}
        assert site.contents() == before

    @staticmethod
    def _forgeries(service: Hooked, site: HookedSite) -> Sequence[Post]:
        """Return requests of which something was changed after they were signed."""
        [post] = service.posts([site.told(Kind.BOUNCE)], site.site.clock())
        bare = [Post(post.path, post.body, {}), Post(f"{post.path}/x", post.body, {})]
        if service.kind == "mailgun":  # the proof is in the body, and does not cover it
            fields = json.loads(post.body)
            fields["signature"]["token"] = "1" * 50
            return [
                Post(post.path, json.dumps(fields).encode(), {}),
                Post(post.path, b'{"event-data": {}}', {}),
            ]
        if service.kind == "ses":
            return [Post(post.path, post.body.replace(b"5.1.1", b"5.1.2"), post.headers)]
        if service.signs_time:
            changed = post.body.replace(b"r1@", b"r2@")
            return [*bare, Post(post.path, changed, post.headers)]
        return bare
