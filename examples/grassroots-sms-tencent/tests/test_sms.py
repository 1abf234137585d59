import pytest
from grassroots_sms_tencent import open_sms
from grassroots_sms_tencent.signing import authorization
from standin import nobody, opened, server_of, taken

from grassroots.contracts.notice import Delivery, Message, Outcome
from grassroots.errors import BadInput, Unreachable


def duty(**fields):
    told = {"notice": "n1", "to": "14400000001", "text": "全文", "short": "短文", "key": "duty-tomorrow"}
    return Message(**{**told, "values": {"day": "7月3日", "station": "灵溪站"}, **fields})


def test_a_notice_goes_by_the_template_of_its_key(tmp_path):
    assert opened(tmp_path).deliver(duty()) == Delivery.accepted("s1")
    ((asked, text),) = server_of(tmp_path).taken
    assert text == "【灵溪社区】您于7月3日在灵溪站值班。"
    assert (asked["PhoneNumberSet"], asked["SessionContext"]) == (["+8614400000001"], "n1")


def test_any_other_key_goes_by_the_common_template_in_the_short_words(tmp_path):
    opened(tmp_path).deliver(duty(key="festival"))
    assert taken(tmp_path) == ["【灵溪社区】短文"]


def test_a_value_that_is_missing_is_refused(tmp_path):
    assert opened(tmp_path).deliver(duty(values={})) == Delivery.refused("no-value")


def test_a_wrong_secret_is_no_message_and_no_end(tmp_path):
    delivery = opened(tmp_path, ("AKIDexample", "another")).deliver(duty())
    assert (delivery.outcome, delivery.reason) == (Outcome.RETRY, "AuthFailure.SignatureFailure")
    assert taken(tmp_path) == []


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("InvalidParameterValue.IncorrectPhoneNumber", Outcome.REFUSED),
        ("FailedOperation.SignatureIncorrectOrUnapproved", Outcome.REFUSED),
        ("LimitExceeded.PhoneNumberDailyLimit", Outcome.RETRY),
        ("InternalError.Timeout", Outcome.UNCERTAIN),
    ],
)
def test_what_a_code_means(tmp_path, code, outcome):
    for answer in ({"SendStatusSet": [{"Code": code}]}, {"Error": {"Code": code}}):
        server_of(tmp_path).answer = answer
        delivery = opened(tmp_path).deliver(duty())
        assert (delivery.outcome, delivery.reason) == (outcome, code)


@pytest.mark.parametrize("answer", [{}, {"SendStatusSet": []}, {"SendStatusSet": [1]}, [], "Ok", None])
def test_an_answer_that_cannot_be_read_is_uncertain(tmp_path, answer):
    server_of(tmp_path).answer = answer if answer is not None else {"SendStatusSet": [{}]}
    assert opened(tmp_path).deliver(duty()).outcome is Outcome.UNCERTAIN


def test_a_connection_that_breaks_before_the_answer_is_uncertain(tmp_path):
    server_of(tmp_path).silent = True
    assert opened(tmp_path).deliver(duty()) == Delivery.uncertain("no-answer")
    assert len(taken(tmp_path)) == 1


def test_a_url_is_read_and_a_wrong_one_is_not_repeated():
    good = "tencent-sms://id:geheim@sms.tencentcloudapi.com?app=1&sign=%E7%AB%99&t-duty=1110:day,station"
    assert open_sms(good)._templates == {"duty": ("1110", ("day", "station"))}
    for wrong in ("", "geheim", good.replace("app=1&", ""), good + "&geheim=1", good.replace("1110", "x")):
        with pytest.raises(BadInput) as refused:
            open_sms("tencent-sms:" + wrong.removeprefix("tencent-sms:"))
        assert "geheim" not in str(refused.value)


def test_the_signature_changes_with_everything_that_it_covers():
    given = ("id", "key", "host", b"{}", 1551113065)
    made = authorization(*given)
    for place, other in enumerate(("id2", "key2", "host2", b"{ }", 1551199465)):
        assert authorization(*given[:place], other, *given[place + 1 :]) != made


def test_a_service_that_is_not_there_certainly_got_nothing():
    with pytest.raises(Unreachable):
        nobody().deliver(duty())
